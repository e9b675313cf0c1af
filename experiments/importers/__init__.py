"""Examples of importers: a published table in, a district folder out."""
