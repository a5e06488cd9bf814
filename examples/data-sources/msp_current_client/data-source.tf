data "msp_current_client" "me" {}

# Warn if the credentials are not those of an MSP administrator.
check "credentials" {
  assert {
    condition     = contains(data.msp_current_client.me.permissions, "external_admins.manage")
    error_message = "${data.msp_current_client.me.client_id} may not manage external administrators."
  }
}
