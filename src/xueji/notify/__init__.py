"""Messages that reach people, and the proof that they did (通知到人)."""
