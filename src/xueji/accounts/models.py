"""Accounts and grants: who somebody is, and what role they hold where."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from xueji.accounts.roles import Role


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts by the number a person types: the case of the letters does not matter (N1: 首字母大写)."""

    def get_by_natural_key(self, username: str) -> Account:
        return self.get(username=username.strip().upper())


class Account(AbstractBaseUser):
    """An account (账号): a student's by student number, or a member of staff's by staff number.

    ``first_password_digest`` is set while the account opens with something that somebody else knows (the school's first
    password, an activation code, a secretary's one-time code): it opens nothing but the change-password page, only
    until ``first_password_until``, and dies with the first own password.
    """

    class Kind(models.TextChoices):
        STUDENT = "student", "学生"
        STAFF = "staff", "教职工"

    username = models.CharField("学号或工号", max_length=32, unique=True)
    name = models.CharField("姓名", max_length=100)
    email = models.EmailField("电子邮箱", max_length=254, blank=True)
    phone = models.CharField("办公电话", max_length=40, blank=True)
    language = models.CharField("语言", max_length=8, default="zh-hans")
    kind = models.CharField(max_length=8, choices=Kind)
    first_password_digest = models.CharField(max_length=64, blank=True)
    first_password_until = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)

    objects = AccountManager()
    held_grants: tuple[Grant, ...] | None = None
    """The grants, when they were read together with the account (queries.with_grants)."""

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: list[str] = []

    def save(self, *args: object, **kwargs: object) -> None:
        self.username = self.username.strip().upper()
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def __str__(self) -> str:
        return self.username


class Grant(models.Model):
    """A role in a scope (授权). Empty college, campus and class mean the whole school."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="grants")
    role = models.CharField(max_length=16, choices=[(r.value, r.value) for r in Role])
    college = models.CharField(max_length=32, blank=True)
    campus = models.CharField(max_length=32, blank=True)
    class_number = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "role", "college", "campus", "class_number"], name="one_grant_per_role_and_scope"
            ),
            models.CheckConstraint(
                condition=models.Q(class_number="") | ~models.Q(college=""), name="a_class_belongs_to_a_college"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.college or self.campus or '*'}{'/' + self.class_number if self.class_number else ''}"


class SignInFailure(models.Model):
    """Failed sign-ins of one account name or one address, counted within a window (登录失败)."""

    key = models.CharField(max_length=80, unique=True)  # keyed digest of the name or the address
    count = models.PositiveIntegerField(default=0)
    since = models.DateTimeField()
