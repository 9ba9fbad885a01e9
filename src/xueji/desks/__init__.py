"""The desks (工作台): where people come in. Student, college, registry, capture, public, and the components they share."""
