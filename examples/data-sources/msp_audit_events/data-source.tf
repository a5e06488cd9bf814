data "msp_customer" "acme" {
  domain = "acme.example"
}

# Who got access to one customer, lost it, or changed roles there in a quarter.
data "msp_audit_events" "access_to_acme" {
  kind        = "external_admin"
  customer_id = data.msp_customer.acme.id
  since       = "2026-10-01T00:00:00+02:00"
  until       = "2027-01-01T00:00:00+01:00"
  limit       = 1000
}

output "access_to_acme" {
  value = [
    for event in data.msp_audit_events.access_to_acme.events : {
      time   = event.time
      by     = coalesce(event.acts_for, event.actor)
      action = event.action
      who    = event.object_id
      role   = try(jsondecode(event.after).role, null)
    }
  ]
}

# A report must not look complete if it is not.
check "complete" {
  assert {
    condition     = !data.msp_audit_events.access_to_acme.truncated
    error_message = "There are more than 1000 events; ask for a shorter time."
  }
}
