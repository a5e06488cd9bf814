# The import ID is the customer's id and the role.
terraform import msp_partner_access_role.initech cus_initech2222222222222/decision_maker
