# The import ID is the domain name, in any case.
terraform import msp_domain.main northwind.example
