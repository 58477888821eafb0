"""Labelled notes frozen for training: split by author and time, without twins across the sides, checked to the byte."""
