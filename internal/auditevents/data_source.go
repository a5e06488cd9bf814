// Package auditevents shows what was changed at the partner and its customers, by whom and when.
package auditevents

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-msp/terraform-provider-msp/internal/api"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/client"
	"github.com/terraform-provider-msp/terraform-provider-msp/internal/tfkit"
)

// The log can be long, and Terraform keeps all of what it reads in its state.
const (
	defaultLimit = 100
	maxLimit     = 10000
)

var (
	_ datasource.DataSourceWithConfigure      = (*auditEvents)(nil)
	_ datasource.DataSourceWithValidateConfig = (*auditEvents)(nil)
)

type auditEvents struct{ rt *tfkit.Runtime }

type model struct {
	Kind       types.String `tfsdk:"kind"`
	Actor      types.String `tfsdk:"actor"`
	CustomerID types.String `tfsdk:"customer_id"`
	Since      tfkit.Text   `tfsdk:"since"`
	Until      tfkit.Text   `tfsdk:"until"`
	Limit      types.Int64  `tfsdk:"limit"`
	Truncated  types.Bool   `tfsdk:"truncated"`
	Events     []event      `tfsdk:"events"`
}

type event struct {
	ID         types.String `tfsdk:"id"`
	Time       tfkit.Text   `tfsdk:"time"`
	RequestID  types.String `tfsdk:"request_id"`
	Actor      types.String `tfsdk:"actor"`
	ActsFor    types.String `tfsdk:"acts_for"`
	SessionID  types.String `tfsdk:"session_id"`
	Action     types.String `tfsdk:"action"`
	Kind       types.String `tfsdk:"kind"`
	ObjectID   types.String `tfsdk:"object_id"`
	CustomerID types.String `tfsdk:"customer_id"`
	Before     types.String `tfsdk:"before"`
	After      types.String `tfsdk:"after"`
}

// NewDataSource makes the data source msp_audit_events.
func NewDataSource() datasource.DataSource { return &auditEvents{} }

func (d *auditEvents) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "msp_audit_events"
}

func (d *auditEvents) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	filter := func(description string) schema.StringAttribute {
		return schema.StringAttribute{MarkdownDescription: description, Optional: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)}}
	}
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{MarkdownDescription: description, Computed: true}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "The audit log: every change, oldest first, with who made it, what it was, before and after, and when. The log is append-only.\n\nNeeds the portal role `msp_administrator`.\n\n" +
			"Terraform keeps what it reads in its state, so narrow the log down, best by time; `limit` keeps a long log from filling the state, and `truncated` says whether it cut something off.",
		Attributes: map[string]schema.Attribute{
			"kind": filter("Only changes of this kind of object: `partner`, `partner_config`, `emergency_contact`, `partner_user`, `directory`, `portal_admin`, `invitation`, `domain`, `role`, `customer`, `customer_user`, " +
				"`external_admin`, `access_role`, `access_group_member`, `authorized_contact`, `customer_session`, `failed_sign_in`, `access_token`, `api_token`, `client`, `course` or `invoice`."),
			"actor":       filter("Only changes by the API client with this ID. What happens by itself, such as the end of a grant with `expires_at`, has the actor `server`."),
			"customer_id": filter("Only changes at the customer with this id. The log keeps the changes of customers that are deleted."),
			"since": schema.StringAttribute{
				MarkdownDescription: "Only changes at or after this moment: date, time and offset in RFC 3339 format, as in `2027-03-31T18:00:00+02:00`.",
				Optional:            true,
				CustomType:          tfkit.InstantType,
			},
			"until": schema.StringAttribute{
				MarkdownDescription: "Only changes before this moment, written as in `since`.",
				Optional:            true,
				CustomType:          tfkit.InstantType,
			},
			"limit": schema.Int64Attribute{
				MarkdownDescription: fmt.Sprintf("The most events to read, from 1 to %d; %d if left out. The oldest of those that match all filters are kept.", maxLimit, defaultLimit),
				Optional:            true,
				Validators:          []validator.Int64{int64validator.Between(1, maxLimit)},
			},
			"truncated": schema.BoolAttribute{
				MarkdownDescription: "Whether there are more events than `limit`, so that later ones are missing here.",
				Computed:            true,
			},
			"events": schema.ListNestedAttribute{
				MarkdownDescription: "The events that match all filters, oldest first.",
				Computed:            true,
				NestedObject: schema.NestedAttributeObject{
					Attributes: map[string]schema.Attribute{
						"id":          text("ID of the event."),
						"time":        schema.StringAttribute{MarkdownDescription: "When it happened, in RFC 3339 format in UTC.", Computed: true, CustomType: tfkit.InstantType},
						"request_id":  text("ID of the request that did it, as errors and the server's log name it; empty for what happened by itself."),
						"actor":       text("The API client that did it."),
						"acts_for":    text("E-mail address of the person for whom the client acted; null if it acted for nobody."),
						"session_id":  text("ID of the session at a customer in which it was done, see `msp_customer_session`; null for what was done with the client's own token."),
						"action":      text("`create`, `update` or `delete`."),
						"kind":        text("Kind of the object, such as `external_admin`."),
						"object_id":   text("ID of the object; for what can be imported, as an import takes it."),
						"customer_id": text("The customer that the object belongs to; null for what is the partner's own."),
						"before":      text("The object before the change, as JSON for `jsondecode`; null on creation."),
						"after":       text("The object after the change, as JSON for `jsondecode`; null on deletion."),
					},
				},
			},
		},
	}
}

func (d *auditEvents) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.rt = tfkit.RuntimeFrom(req.ProviderData, &resp.Diagnostics)
}

// ValidateConfig refuses a time span in which nothing can have happened: "no changes" would be a false answer.
func (d *auditEvents) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	var data model
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	data.checkSpan(&resp.Diagnostics)
}

func (m *model) checkSpan(diags *diag.Diagnostics) {
	since, until := tfkit.Instant(m.Since), tfkit.Instant(m.Until)
	if since != nil && until != nil && !since.Before(*until) {
		diags.AddAttributeError(path.Root("until"), "No time between since and until",
			fmt.Sprintf("Attribute until: %s is not after since, %s. Only changes from since on and before until are shown.", m.Until.ValueString(), m.Since.ValueString()))
	}
}

func (d *auditEvents) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var data model
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	data.checkSpan(&resp.Diagnostics) // what was unknown before
	if resp.Diagnostics.HasError() {
		return
	}
	limit := defaultLimit
	if !data.Limit.IsNull() {
		limit = int(data.Limit.ValueInt64())
	}
	data.Events, data.Truncated = []event{}, types.BoolValue(false)
	for logged, err := range d.rt.Client.ListAuditEvents(ctx, data.filter()) {
		if err != nil {
			tfkit.AddError(&resp.Diagnostics, "read the audit log", err)
			return
		}
		if len(data.Events) == limit {
			data.Truncated = types.BoolValue(true)
			break
		}
		one, err := eventFrom(logged)
		if err != nil {
			tfkit.AddError(&resp.Diagnostics, "read event "+logged.ID+" of the audit log", err)
			return
		}
		data.Events = append(data.Events, one)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, data)...)
}

func (m *model) filter() client.AuditEventFilter {
	f := client.AuditEventFilter{Kind: m.Kind.ValueString(), Actor: m.Actor.ValueString(), CustomerID: m.CustomerID.ValueString()}
	if since := tfkit.Instant(m.Since); since != nil {
		f.Since = *since
	}
	if until := tfkit.Instant(m.Until); until != nil {
		f.Until = *until
	}
	return f
}

func eventFrom(e api.AuditEvent) (event, error) {
	one := event{
		ID:         types.StringValue(e.ID),
		Time:       tfkit.InstantOf(&e.Time),
		RequestID:  types.StringValue(e.RequestID),
		Actor:      types.StringValue(e.Actor),
		ActsFor:    types.StringPointerValue(e.ActsFor),
		SessionID:  types.StringPointerValue(e.SessionID),
		Action:     types.StringValue(string(e.Action)),
		Kind:       types.StringValue(e.Kind),
		ObjectID:   types.StringValue(e.ObjectID),
		CustomerID: types.StringPointerValue(e.CustomerID),
	}
	var err error
	if one.Before, err = jsonOf(e.Before); err != nil {
		return one, err
	}
	one.After, err = jsonOf(e.After)
	return one, err
}

// jsonOf has its names in order, so that the same object is the same text.
func jsonOf(object *map[string]any) (types.String, error) {
	if object == nil {
		return types.StringNull(), nil
	}
	text, err := json.Marshal(*object)
	return types.StringValue(string(text)), err
}
