# The partner's own account: what is there before the first customer.

# What pre-fills the Request for Information of every customer that is created afterwards.
resource "msp_partner_config" "this" {
  outbound_ips = ["198.51.100.0/24", "2001:db8:100::/48"]
  inbound_ips  = ["203.0.113.10", "203.0.113.11"]

  smarthost = {
    host = "relay.northwind-msp.example"
    port = 587
  }
}

resource "msp_emergency_contact" "this" {
  name             = "Northwind on call"
  email            = "on-call@northwind-msp.example"
  mobile           = "+49 170 5550100"
  alternate_emails = ["nora.winter@northwind-msp.example"]
}

resource "msp_domain" "main" {
  name                = "northwind-msp.example"
  verification_method = "TXT"
}

# In the demo this publishes the record; elsewhere the resource of your DNS provider does.
resource "terraform_data" "record" {
  count = var.zone_file == null ? 0 : 1
  input = msp_domain.main.record

  provisioner "local-exec" {
    command = "echo \"$NAME $TYPE $VALUE\" >>\"$ZONE_FILE\""
    environment = {
      NAME      = msp_domain.main.record.name
      TYPE      = msp_domain.main.record.type
      VALUE     = msp_domain.main.record.value
      ZONE_FILE = var.zone_file
    }
  }
}

# Waits until the vendor has seen the record.
resource "msp_domain_verification" "main" {
  domain     = msp_domain.main.id
  depends_on = [terraform_data.record]
}

# Below a domain that is verified no record is needed.
resource "msp_domain" "support" {
  name                = "support.${msp_domain_verification.main.domain}"
  verification_method = "TXT"
}

resource "msp_directory_integration" "staff" {
  count = var.directory == null ? 0 : 1

  name        = "staff"
  type        = "active_directory"
  description = "Everybody who works here"

  ldap = {
    host                = var.directory.host
    port                = var.directory.port
    bind_dn             = var.directory.bind_dn
    base_dn             = var.directory.base_dn
    password_wo         = var.directory_password
    password_wo_version = 1
  }
}
