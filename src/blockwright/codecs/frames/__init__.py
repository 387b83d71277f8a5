"""pandas and GeoPandas values as Arrow files, one module for each kind of column."""
