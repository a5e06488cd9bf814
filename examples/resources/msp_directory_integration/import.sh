# The import ID is the integration's name. The secret can't be read; it is sent again when its version changes.
terraform import msp_directory_integration.staff staff
