"""Decisions out of the service and in again: as labelled notes, and as files of other annotation tools."""
