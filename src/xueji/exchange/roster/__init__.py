"""A roster (名册) on its way into the register: columns → values → comparison → staging.

Until somebody commits, nothing of it stands in the register.
"""
