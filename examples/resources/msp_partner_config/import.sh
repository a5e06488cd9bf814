# The import ID is always partner: there is one configuration.
terraform import msp_partner_config.this partner
