-- What a case has come to, and by which version, is never rewritten.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON leases_arrearsstep FOR EACH ROW EXECUTE FUNCTION directpay_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON leases_arrearspolicy FOR EACH ROW EXECUTE FUNCTION directpay_append_only();
