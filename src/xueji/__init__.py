"""Xueji (学籍): student records from the roster of new students to the certificate in the graduate's hand."""
