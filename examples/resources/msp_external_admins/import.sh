# The import ID is the customer's id. What the configuration does not list shows as a removal in the next plan.
terraform import msp_external_admins.initech cus_initech2222222222222
