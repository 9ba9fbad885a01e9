from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    name = "xueji.certificates"
    label = "certificates"
    verbose_name = "证书"

    def ready(self) -> None:
        from xueji.campaigns.batches.terms import register
        from xueji.certificates import tasks  # noqa: F401  declares the kinds of work
        from xueji.certificates.queries.publishing import statement_signer
        from xueji.certificates.sheet import STUDY_LIST
        from xueji.records.issuing import register_signer

        register(STUDY_LIST)
        register_signer(statement_signer)
