"""What is measured of the notes in the database: read into columns, looked at through filters, shown as pages and a report."""
