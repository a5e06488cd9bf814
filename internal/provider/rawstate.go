package provider

import (
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// stateOf decodes a state as Terraform keeps it, if it holds nothing but texts, and objects and maps of them. The SDK, which
// decodes each part anew for each level above it, answers the same.
func stateOf(raw []byte, of tftypes.Type) (tftypes.Value, bool) {
	var decoded any
	if json.Unmarshal(raw, &decoded) != nil || decoded == nil {
		return tftypes.Value{}, false
	}
	return valueOf(decoded, of)
}

func valueOf(decoded any, of tftypes.Type) (tftypes.Value, bool) {
	if decoded == nil {
		return tftypes.NewValue(of, nil), true
	}
	if text, ok := decoded.(string); ok && of.Is(tftypes.String) {
		return tftypes.NewValue(tftypes.String, text), true
	}
	parts, ok := decoded.(map[string]any)
	if !ok {
		return tftypes.Value{}, false
	}
	var values map[string]tftypes.Value
	switch of := of.(type) {
	case tftypes.Object: // what it does not know is left out, what is not there is null
		values = make(map[string]tftypes.Value, len(of.AttributeTypes))
		for name, of := range of.AttributeTypes {
			if values[name], ok = valueOf(parts[name], of); !ok {
				return tftypes.Value{}, false
			}
		}
	case tftypes.Map:
		values = make(map[string]tftypes.Value, len(parts))
		for key, part := range parts {
			if values[key], ok = valueOf(part, of.ElementType); !ok {
				return tftypes.Value{}, false
			}
		}
	default:
		return tftypes.Value{}, false
	}
	return tftypes.NewValue(of, values), true
}
