variable "directory_password" {
  type      = string
  sensitive = true
  ephemeral = true
}

# The password is sent when the integration is created, and again whenever the number of its version changes. It is in no
# plan and in no state.
resource "msp_directory_integration" "staff" {
  name        = "staff"
  type        = "active_directory"
  description = "Everybody who works here"

  ldap = {
    host                = "dc1.northwind-msp.example"
    bind_dn             = "CN=portal,OU=Services,DC=northwind-msp,DC=example"
    base_dn             = "OU=Staff,DC=northwind-msp,DC=example"
    user_filter         = "(memberOf=CN=Portal,OU=Groups,DC=northwind-msp,DC=example)"
    password_wo         = var.directory_password
    password_wo_version = 1
  }
}
