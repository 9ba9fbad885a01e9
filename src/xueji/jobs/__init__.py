"""What a person sees of background work (后台任务); queue and worker are django-tasks-db."""
