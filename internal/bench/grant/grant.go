// Package grant has what the providers made for comparison share: one resource with the attributes of msp_external_admin.
package grant

import (
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
)

// Schema is that of the resource.
func Schema() schema.Schema {
	keep := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	return schema.Schema{Attributes: map[string]schema.Attribute{
		"id":          schema.StringAttribute{Computed: true, PlanModifiers: keep},
		"customer_id": schema.StringAttribute{Required: true},
		"email":       schema.StringAttribute{Required: true},
		"role":        schema.StringAttribute{Required: true},
		"status":      schema.StringAttribute{Computed: true, PlanModifiers: keep},
	}}
}
