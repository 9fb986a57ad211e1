"""Views: everything as the control API shows it. Pure: records in, JSON values out."""
