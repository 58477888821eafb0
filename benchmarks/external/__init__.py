"""Is the recipe sound on text by others? The same training code and unchanged defaults on four data sets, beside its peers."""
