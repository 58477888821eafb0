"""CRM presets: mapping files that turn a CRM's own records into notes, and judgements into rows of its score object."""
