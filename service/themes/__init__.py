"""What insights and near misses are about: grouped in the background, kept in numbers, shown under names made of their words."""
