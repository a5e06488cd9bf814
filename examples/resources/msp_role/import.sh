# The import ID is the customer's id and the role's name, spelled exactly.
terraform import msp_role.mail_desk "cus_initech2222222222222/Mail Desk"

# Of a role of the partner's own account it is the name alone.
terraform import msp_role.front_desk "Front Desk"
