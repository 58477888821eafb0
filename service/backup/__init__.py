"""A whole database in one file, with a manifest beside it, and back.

A backup holds what an erasure after it took away: keep backups no longer than you must, and erase again after a restore.
"""
