"""The capture desk (采集): in front of the camera."""
