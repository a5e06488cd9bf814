# The import ID is the customer's id and the e-mail address, in upper or lower case.
terraform import msp_authorized_contact.mara cus_acme2222222222222222/mara.lind@acme.example
