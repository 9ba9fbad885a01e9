"""The demo university, and whole notices told without a browser. Every write goes through the same commands as at the desks."""
