# The import ID is the customer's id and the e-mail address, in upper or lower case.
terraform import msp_external_admin.dana_at_initech cus_initech2222222222222/dana.novak@northwind-msp.example
