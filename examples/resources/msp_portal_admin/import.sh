# The import ID is the e-mail address, in any case.
terraform import msp_portal_admin.dana dana.novak@northwind-msp.example
