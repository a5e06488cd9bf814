# The import ID is the e-mail address, in upper or lower case.
terraform import msp_partner_user.dana dana.novak@northwind-msp.example
