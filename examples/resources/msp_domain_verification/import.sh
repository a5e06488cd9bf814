# The import ID is the domain name of a verified domain, in upper or lower case.
terraform import msp_domain_verification.main northwind.example
