# The import ID is the e-mail address, in any case.
terraform import msp_partner_user.dana dana.novak@northwind-msp.example
