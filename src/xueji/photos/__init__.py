"""Photos (照片): what the rules said of a captured photo, and what a person decided against them."""
