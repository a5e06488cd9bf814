# The import ID is the e-mail address, in upper or lower case.
terraform import msp_portal_admin.dana dana.novak@northwind-msp.example
