# The import ID is the domain name of a verified domain, in any case.
terraform import msp_domain_verification.main northwind.example
