# The import ID is always portal_admins. What the configuration does not list shows as a removal in the next plan.
terraform import msp_portal_admins.all portal_admins
