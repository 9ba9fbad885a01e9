"""The photo day (图像采集): sessions, codes, turns, versions of photos, disputes, prints."""
