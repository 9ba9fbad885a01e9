"""What comes in from outside and goes out again (数据交换): rosters, filings, comparison with CHSI."""
