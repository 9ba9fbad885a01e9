"""The college desk (学院工作台): who has done what, receiving signed forms, and helping those who are stuck."""
