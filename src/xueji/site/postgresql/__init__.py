"""PostgreSQL as Django knows it, with a connection that is looked at before it is asked."""
