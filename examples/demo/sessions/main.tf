# Signs in to customers with the own password and looks at each from the inside. Nothing of a session is stored.

terraform {
  required_version = ">= 1.11"

  required_providers {
    msp = {
      source = "terraform-provider-msp/msp"
    }
  }
}

provider "msp" {}

variable "password" {
  description = "The own password of the portal admin for whom the API client acts."
  type        = string
  sensitive   = true
  ephemeral   = true
}

data "msp_customer" "this" {
  for_each = toset(["acme-ltd.example", "delta-dental.example"])
  domain   = each.key
}

# Two at once.
ephemeral "msp_customer_session" "this" {
  for_each = data.msp_customer.this

  customer_id = each.value.id
  password    = var.password
}

provider "msp" {
  alias    = "acme"
  endpoint = ephemeral.msp_customer_session.this["acme-ltd.example"].endpoint
  token    = ephemeral.msp_customer_session.this["acme-ltd.example"].token
}

provider "msp" {
  alias    = "delta"
  endpoint = ephemeral.msp_customer_session.this["delta-dental.example"].endpoint
  token    = ephemeral.msp_customer_session.this["delta-dental.example"].token
}

data "msp_customer_users" "acme" {
  provider    = msp.acme
  customer_id = data.msp_customer.this["acme-ltd.example"].id
}

data "msp_customer_users" "delta" {
  provider    = msp.delta
  customer_id = data.msp_customer.this["delta-dental.example"].id
}

output "seen" {
  description = "Whom each session sees at its customer."
  value = join("\n", [
    for name, users in { "Acme Ltd" = data.msp_customer_users.acme, "Delta Dental" = data.msp_customer_users.delta } :
    "${name}: ${join(", ", [for user in users.customer_users : "${user.name} (${user.role})"])}"
  ])
}
