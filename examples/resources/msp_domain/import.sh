# The import ID is the domain name, in upper or lower case.
terraform import msp_domain.main northwind.example
