# The import ID is the customer's id and the e-mail address, in upper or lower case.
terraform import msp_customer_user.ana cus_umbrella222222222222/ana.silva@umbrella.example
