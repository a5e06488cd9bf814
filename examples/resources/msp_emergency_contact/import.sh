# The import ID is always emergency_contact: there is one at most.
terraform import msp_emergency_contact.this emergency_contact
