# The import ID is the customer's id, the role and the person's e-mail address.
terraform import msp_partner_access_group_member.jordan cus_initech2222222222222/phone_manager/jordan@northwind-msp.example
