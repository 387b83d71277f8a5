"""The table reader: a process that opens stored values so that a crafted or huge one can only hurt this process.

It is started by command, is told requests as JSON lines on its standard input (a socket), and answers there. It
imports nothing of any project, unpickles nothing, and opens only the files it is told.
"""
