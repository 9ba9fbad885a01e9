"""The college's sheets (学院批次): frozen, printed, signed, scanned, accepted. Every topic brings its own kind of sheet."""
